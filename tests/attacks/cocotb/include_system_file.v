// Has a secret quoted in the compiler's error message.
module adder (input [3:0] a, input [3:0] b, output [4:0] y);
  assign y = 0;
`include "@OUTSIDE@"
`include "/etc/passwd"
endmodule
