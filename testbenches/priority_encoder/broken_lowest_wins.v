// Broken: the lowest active bit wins, not the highest.
module priority_encoder (
    input  wire [7:0] request,
    output reg  [2:0] index,
    output wire [7:0] grant,
    output wire       valid
);

  integer i;

  always @(*) begin
    index = 3'd0;
    for (i = 7; i >= 0; i = i - 1) begin
      if (request[i]) index = i;
    end
  end

  assign valid = |request;
  assign grant = valid ? (8'd1 << index) : 8'd0;

endmodule
