// Broken: the bits of `sel` are taken in the opposite order, which exchanges in1 and in2.
module mux4 #(
    parameter WIDTH = 8
) (
    input  wire [WIDTH-1:0] in0,
    input  wire [WIDTH-1:0] in1,
    input  wire [WIDTH-1:0] in2,
    input  wire [WIDTH-1:0] in3,
    input  wire [      1:0] sel,
    input  wire             en,
    output wire [WIDTH-1:0] y
);

  wire [WIDTH-1:0] low  = sel[1] ? in1 : in0;
  wire [WIDTH-1:0] high = sel[1] ? in3 : in2;

  assign y = en ? (sel[0] ? high : low) : {WIDTH{1'b0}};

endmodule
