// Prints without end.
module stuck (input clk, output [7:0] q);
  assign q = 0;
  initial #1 forever $display("flood flood flood flood flood flood flood flood flood flood flood");
endmodule
