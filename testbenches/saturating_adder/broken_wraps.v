// Broken: the flags are right, but the sum wraps around instead of being clamped.
module saturating_adder (
    input  wire signed [7:0] a,
    input  wire signed [7:0] b,
    output wire signed [7:0] sum,
    output wire              overflow,
    output wire              underflow
);

  wire signed [8:0] exact = a + b;

  assign overflow  = (exact > 127);
  assign underflow = (exact < -128);
  assign sum       = exact[7:0];

endmodule
