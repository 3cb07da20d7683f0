// Broken: the reset is asynchronous and clears the counter without waiting for the clock.
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

  wire at_end = up ? (count == MODULUS - 1) : (count == 0);

  assign wrap = en & ~load & at_end;

  always @(posedge clk or posedge rst) begin
    if (rst) count <= 4'd0;
    else if (load) count <= (load_value < MODULUS) ? load_value : 4'd0;
    else if (en) begin
      if (up) count <= at_end ? 4'd0 : count + 4'd1;
      else count <= at_end ? MODULUS - 1 : count - 4'd1;
    end
  end

endmodule
