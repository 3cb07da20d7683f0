// Broken: `d` is missing from the sensitivity list, so a change of `d` alone goes unseen.
module gate_network (
    input  wire a,
    input  wire b,
    input  wire c,
    input  wire d,
    output reg  all_set,
    output reg  any_set,
    output reg  odd,
    output reg  aoi
);

  always @(a or b or c) begin
    all_set = a & b & c & d;
    any_set = a | b | c | d;
    odd     = a ^ b ^ c ^ d;
    aoi     = ~((a & b) | (c & d));
  end

endmodule
