module priority_encoder (
    input  wire [7:0] request,
    output reg  [2:0] index,
    output wire [7:0] grant,
    output wire       valid
);

  integer i;

  // Later iterations override earlier ones: the highest active bit wins.
  always @(*) begin
    index = 3'd0;
    for (i = 0; i < 8; i = i + 1) begin
      if (request[i]) index = i[2:0];
    end
  end

  assign valid = |request;
  assign grant = valid ? (8'd1 << index) : 8'd0;

endmodule
