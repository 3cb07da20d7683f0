// Broken: only `sel` and `en` are in the sensitivity list, so a new word on the chosen input does
// not reach `y`.
module mux4 #(
    parameter WIDTH = 8
) (
    input  wire [WIDTH-1:0] in0,
    input  wire [WIDTH-1:0] in1,
    input  wire [WIDTH-1:0] in2,
    input  wire [WIDTH-1:0] in3,
    input  wire [      1:0] sel,
    input  wire             en,
    output reg  [WIDTH-1:0] y
);

  always @(sel or en) begin
    case (sel)
      2'b00: y = en ? in0 : {WIDTH{1'b0}};
      2'b01: y = en ? in1 : {WIDTH{1'b0}};
      2'b10: y = en ? in2 : {WIDTH{1'b0}};
      default: y = en ? in3 : {WIDTH{1'b0}};
    endcase
  end

endmodule
