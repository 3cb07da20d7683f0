module saturating_adder (
    input  wire signed [7:0] a,
    input  wire signed [7:0] b,
    output wire signed [7:0] sum,
    output wire              overflow,
    output wire              underflow
);

  // One bit more than the operands holds every sum exactly.
  wire signed [8:0] exact   = a + b;
  wire signed [7:0] wrapped = a + b;

  assign overflow  = (exact > 127);
  assign underflow = (exact < -128);
  assign sum       = overflow ? 8'sh7f : underflow ? 8'sh80 : wrapped;

endmodule
