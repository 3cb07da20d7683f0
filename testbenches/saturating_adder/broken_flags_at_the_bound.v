// Broken: the flags compare with >= and <=, so an exact 127 or -128 is flagged.
module saturating_adder (
    input  wire signed [7:0] a,
    input  wire signed [7:0] b,
    output wire signed [7:0] sum,
    output wire              overflow,
    output wire              underflow
);

  wire signed [8:0] exact = a + b;

  assign overflow  = (exact >= 127);
  assign underflow = (exact <= -128);
  assign sum       = overflow ? 8'h7f : underflow ? 8'h80 : exact[7:0];

endmodule
