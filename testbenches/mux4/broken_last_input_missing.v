// Broken: the case has no arm for in3, and its default gives zero.
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

  always @(*) begin
    case ({en, sel})
      3'b100: y = in0;
      3'b101: y = in1;
      3'b110: y = in2;
      default: y = {WIDTH{1'b0}};
    endcase
  end

endmodule
