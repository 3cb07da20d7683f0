// Broken: the counter wraps after MODULUS, one state too late.
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

  assign wrap = en & ~load & (up ? (count == MODULUS) : (count == 0));

  always @(posedge clk) begin
    if (rst) count <= 4'd0;
    else if (load) count <= (load_value < MODULUS) ? load_value : 4'd0;
    else if (en) begin
      if (up) count <= (count == MODULUS) ? 4'd0 : count + 4'd1;
      else count <= (count == 0) ? MODULUS : count - 4'd1;
    end
  end

endmodule
