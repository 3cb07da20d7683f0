// Broken: `aoi` is an AND-OR, without the inversion.
module gate_network (
    input  wire a,
    input  wire b,
    input  wire c,
    input  wire d,
    output wire all_set,
    output wire any_set,
    output wire odd,
    output wire aoi
);

  assign all_set = a & b & c & d;
  assign any_set = a | b | c | d;
  assign odd     = a ^ b ^ c ^ d;
  assign aoi     = (a & b) | (c & d);

endmodule
