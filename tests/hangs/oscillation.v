// A combinational loop that oscillates without delay.
module stuck (input clk, output [7:0] q);
  reg x;
  wire y;
  assign q = {8{x}};
  assign y = ~x;
  always @(y) x = y;
  initial begin
    x = 0;
    #1 x = 1;
  end
endmodule
