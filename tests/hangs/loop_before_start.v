// A loop in a variable's initial value, before cocotb's first callback.
module stuck (input clk, output [7:0] q);
  integer early = spin(0);
  assign q = 0;
  function integer spin(input integer unused);
    begin
      spin = 0;
      while (1) spin = spin + 1;
    end
  endfunction
endmodule
