// Broken: `grant` is decoded from the index alone, so line 0 is granted when nothing is requested.
module priority_encoder (
    input  wire [7:0] request,
    output reg  [2:0] index,
    output wire [7:0] grant,
    output wire       valid
);

  integer i;

  always @(*) begin
    index = 3'd0;
    for (i = 1; i < 8; i = i + 1) begin
      if (request[i]) index = i;
    end
  end

  assign valid = (request != 8'd0);
  assign grant = 8'd1 << index;

endmodule
