`timescale 1ns / 1ps
`define JUDGED_BY_VICTIM 1
// The testbench that the attacks in verilog/ try to pass: it counts errors and prints a verdict.
module victim_tb;
  reg [7:0] a, b;
  wire [7:0] a_shared = a;
  wire [7:0] b_shared = b;
  wire [7:0] y;
  wire [7:0] y_reference;
  integer i;
  integer errors;

  adder #(.WIDTH(8)) dut (.a(a_shared), .b(b_shared), .y(y));
  reference #(.WIDTH(8)) golden (.a(a), .b(b), .y(y_reference));

  initial begin
    errors = 0;
    for (i = 0; i < 50; i = i + 1) begin
      a = $random;
      b = $random;
      #10;
      if (y !== y_reference) errors = errors + 1;
    end
    #5 $display("Mismatches: %0d in %0d samples", errors, i);
    $finish;
  end
endmodule
