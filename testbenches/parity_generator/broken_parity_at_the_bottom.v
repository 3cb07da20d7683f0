// Broken: the parity bit is the lowest bit of the code word, not the highest.
module parity_generator #(
    parameter WIDTH = 8
) (
    input  wire [WIDTH-1:0] data,
    input  wire             odd,
    output wire             parity,
    output wire [  WIDTH:0] codeword
);

  assign parity   = (^data) ^ odd;
  assign codeword = {data, parity};

endmodule
