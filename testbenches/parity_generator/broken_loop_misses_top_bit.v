// Broken: the loop stops one bit short, so the highest bit of the data is not protected.
module parity_generator #(
    parameter WIDTH = 8
) (
    input  wire [WIDTH-1:0] data,
    input  wire             odd,
    output reg              parity,
    output wire [  WIDTH:0] codeword
);

  integer i;

  always @(*) begin
    parity = odd;
    for (i = 0; i < WIDTH - 1; i = i + 1) parity = parity ^ data[i];
  end

  assign codeword = {parity, data};

endmodule
