module parity_generator #(
    parameter WIDTH = 8
) (
    input  wire [WIDTH-1:0] data,
    input  wire             odd,
    output wire             parity,
    output wire [  WIDTH:0] codeword
);

  assign parity   = (^data) ^ odd;
  assign codeword = {parity, data};

endmodule
