// Broken: overflow is taken from the carry of an unsigned addition, so -1 + 1 is clamped.
module saturating_adder (
    input  wire signed [7:0] a,
    input  wire signed [7:0] b,
    output wire signed [7:0] sum,
    output wire              overflow,
    output wire              underflow
);

  wire [7:0] total;
  wire       carry;

  assign {carry, total} = {1'b0, a} + {1'b0, b};
  assign overflow       = carry & ~(a[7] & b[7]);
  assign underflow      = a[7] & b[7] & ~total[7];
  assign sum            = overflow ? 8'h7f : underflow ? 8'h80 : total;

endmodule
