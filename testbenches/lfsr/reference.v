// Seedable 10-bit LFSR, x^10 + x^7 + 1.
module lfsr (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       load,
    input  wire [9:0] seed,
    input  wire       enable,
    output reg  [9:0] q
);

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n)
            q <= 10'd1;
        else if (load)
            q <= (seed == 10'd0) ? 10'd1 : seed;
        else if (enable)
            q <= {q[8:0], q[9] ^ q[6]};
    end

endmodule
