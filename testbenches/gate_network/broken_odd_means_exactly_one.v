// Broken: `odd` is 1 for exactly one input and misses three.
module gate_network (
    input  wire a,
    input  wire b,
    input  wire c,
    input  wire d,
    output wire all_set,
    output wire any_set,
    output reg  odd,
    output wire aoi
);

  assign all_set = &{a, b, c, d};
  assign any_set = |{a, b, c, d};
  assign aoi     = ~((a & b) | (c & d));

  always @(*) begin
    case ({a, b, c, d})
      4'b0001, 4'b0010, 4'b0100, 4'b1000: odd = 1'b1;
      default: odd = 1'b0;
    endcase
  end

endmodule
