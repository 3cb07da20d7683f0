// Calls itself without end.
module stuck (input clk, output [7:0] q);
  assign q = 0;
  function automatic integer deeper(input integer level);
    deeper = deeper(level + 1);
  endfunction
  integer depth;
  initial #1 depth = deeper(0);
endmodule
