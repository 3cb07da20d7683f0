// Broken: a wrong bit restarts the search and is not tried as the first bit of a new match.
module sequence_detector (
    input  wire clk,
    input  wire rst,
    input  wire bit_valid,
    input  wire bit_in,
    output reg  detected
);

    localparam [2:0] S0 = 3'd0,  // nothing matched
                     S1 = 3'd1,  // 1
                     S2 = 3'd2,  // 10
                     S3 = 3'd3,  // 100
                     S4 = 3'd4;  // 1001

    reg [2:0] state;
    reg [2:0] next;

    always @* begin
        case (state)
            S0:      next = bit_in ? S1 : S0;
            S1:      next = bit_in ? S1 : S2;
            S2:      next = bit_in ? S0 : S3;
            S3:      next = bit_in ? S4 : S0;
            S4:      next = bit_in ? S0 : S2;
            default: next = S0;
        endcase
    end

    always @(posedge clk) begin
        if (rst) begin
            state    <= S0;
            detected <= 1'b0;
        end else if (bit_valid) begin
            state    <= next;
            detected <= (state == S4) && !bit_in;
        end else begin
            detected <= 1'b0;
        end
    end

endmodule
