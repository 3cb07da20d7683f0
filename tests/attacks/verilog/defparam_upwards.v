// Changes a parameter outside itself.
module adder #(parameter WIDTH = 4) (input [WIDTH-1:0] a, input [WIDTH-1:0] b, output [WIDTH-1:0] y);
  assign y = 0;
  defparam victim_tb.golden.WIDTH = 0;
endmodule
