// Fills a file without end.
module stuck (input clk, output [7:0] q);
  integer file;
  assign q = 0;
  initial begin
    file = $fopen("flood.txt", "w");
    #1 forever $fdisplay(file, "flood flood flood flood flood flood flood flood flood flood");
  end
endmodule
