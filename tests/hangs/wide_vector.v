// A vector of two gigabits.
module stuck (input clk, output [7:0] q);
  reg [2000000000:0] wide;
  assign q = wide[7:0];
  initial wide = 0;
endmodule
