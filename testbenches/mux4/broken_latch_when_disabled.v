// Broken: nothing is assigned while `en` is 0, so `y` is a latch and keeps the last word.
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
    if (en) begin
      case (sel)
        2'b00: y = in0;
        2'b01: y = in1;
        2'b10: y = in2;
        default: y = in3;
      endcase
    end
  end

endmodule
