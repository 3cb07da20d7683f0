// Takes memory without end while it runs.
module stuck (input clk, output [7:0] q);
  int hoard [];
  int size = 1 << 20;
  assign q = 0;
  initial
    repeat (12) begin
      #1 hoard = new [size];
      size = size * 2;
    end
endmodule
