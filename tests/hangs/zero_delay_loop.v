// A procedural loop that takes no simulation time.
module stuck (input clk, output [7:0] q);
  integer i;
  assign q = 0;
  initial begin
    i = 0;
    #1 while (1) i = i + 1;
  end
endmodule
