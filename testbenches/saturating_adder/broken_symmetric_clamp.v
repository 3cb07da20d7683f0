// Broken: the lower bound is -127, as in a symmetric number range.
module saturating_adder (
    input  wire signed [7:0] a,
    input  wire signed [7:0] b,
    output reg  signed [7:0] sum,
    output reg               overflow,
    output reg               underflow
);

  reg signed [8:0] exact;

  always @(*) begin
    exact     = a + b;
    overflow  = (exact > 127);
    underflow = (exact < -127);
    if (overflow) sum = 8'sd127;
    else if (underflow) sum = -8'sd127;
    else sum = exact[7:0];
  end

endmodule
