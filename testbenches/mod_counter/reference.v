module mod_counter #(
    parameter MODULUS = 10
) (
    input  wire       clk,
    input  wire       rst,
    input  wire       load,
    input  wire [3:0] load_value,
    input  wire       en,
    input  wire       up,
    output reg  [3:0] count,
    output wire       wrap
);

  localparam [3:0] LAST = MODULUS - 1;

  wire at_end = (count == (up ? LAST : 4'd0));

  assign wrap = en & ~load & at_end;

  always @(posedge clk) begin
    if (rst) count <= 4'd0;
    else if (load) count <= (load_value <= LAST) ? load_value : 4'd0;
    else if (en) begin
      if (up) count <= at_end ? 4'd0 : count + 4'd1;
      else count <= at_end ? LAST : count - 4'd1;
    end
  end

endmodule
