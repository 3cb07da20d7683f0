// Broken: `index` is assigned only while there is a request, so it is a latch and keeps its last
// value when the requests go away.
module priority_encoder (
    input  wire [7:0] request,
    output reg  [2:0] index,
    output wire [7:0] grant,
    output wire       valid
);

  always @(*) begin
    if (request[7]) index = 3'd7;
    else if (request[6]) index = 3'd6;
    else if (request[5]) index = 3'd5;
    else if (request[4]) index = 3'd4;
    else if (request[3]) index = 3'd3;
    else if (request[2]) index = 3'd2;
    else if (request[1]) index = 3'd1;
    else if (request[0]) index = 3'd0;
  end

  assign valid = |request;
  assign grant = valid ? (8'd1 << index) : 8'd0;

endmodule
