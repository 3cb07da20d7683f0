// Broken: accepts the new level one cycle too early.
module debounce_timer #(
    parameter STABLE_CYCLES = 6
) (
    input  wire clk,
    input  wire rst,
    input  wire button,
    output reg  level,
    output reg  pressed
);

    localparam [7:0] LAST = STABLE_CYCLES - 1;

    reg [7:0] count;  // edges in a row at which button differed from level

    always @(posedge clk) begin
        pressed <= 1'b0;
        if (rst) begin
            count <= 8'd0;
            level <= 1'b0;
        end else if (button == level) begin
            count <= 8'd0;
        end else if (count == LAST - 8'd1) begin
            count   <= 8'd0;
            level   <= button;
            pressed <= button;
        end else begin
            count <= count + 8'd1;
        end
    end

endmodule
