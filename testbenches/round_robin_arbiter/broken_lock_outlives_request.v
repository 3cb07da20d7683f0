// Broken: lock keeps the grant even when its owner has stopped requesting.
module round_robin_arbiter (
    input  wire       clk,
    input  wire       rst,
    input  wire [3:0] req,
    input  wire       lock,
    output reg  [3:0] grant
);

    reg [1:0] last;

    wire [1:0] first  = last + 2'd1;
    wire [1:0] second = last + 2'd2;
    wire [1:0] third  = last + 2'd3;

    wire [1:0] winner = req[first]  ? first  :
                        req[second] ? second :
                        req[third]  ? third  : last;

    wire held = lock && grant != 4'b0000;

    always @(posedge clk) begin
        if (rst) begin
            grant <= 4'b0000;
            last  <= 2'd3;
        end else if (!held) begin
            if (req == 4'b0000) begin
                grant <= 4'b0000;
            end else begin
                grant <= 4'b0001 << winner;
                last  <= winner;
            end
        end
    end

endmodule
