// A constant function that does not return.
module stuck (input clk, output [7:0] q);
  function integer spin(input integer start);
    begin
      spin = start;
      while (spin >= 0) spin = (spin + 1) & 1023;
    end
  endfunction
  localparam FOREVER = spin(1);
  assign q = FOREVER;
endmodule
