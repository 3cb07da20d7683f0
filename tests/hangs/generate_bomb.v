// A generate loop that never gets anywhere near its end.
module stuck (input clk, output [7:0] q);
  genvar i, j, k;
  assign q = 0;
  generate
    for (i = 0; i < 10000; i = i + 1) begin : outer
      for (j = 0; j < 10000; j = j + 1) begin : inner
        wire [255:0] w;
        assign w = i + j;
      end
    end
  endgenerate
endmodule
