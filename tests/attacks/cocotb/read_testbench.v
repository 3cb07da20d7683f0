// Reads the hidden testbench while it runs, and before cocotb's first callback.
module adder (input [3:0] a, input [3:0] b, output [4:0] y);
  integer early = leak(0);
  integer file, byte_read;
  assign y = 0;
  function integer leak(input integer unused);
    integer opened, got;
    begin
      opened = $fopen("@TESTBENCH@", "r");
      $display("attack: opened %0d", opened);
      if (opened != 0)
        for (got = $fgetc(opened); got >= 0; got = $fgetc(opened)) $write("%c", got);
      leak = opened;
    end
  endfunction
  initial begin
    #1 file = leak(0);
    file = $fopen("../../../../@TESTBENCH@", "r");
    if (file != 0)
      for (byte_read = $fgetc(file); byte_read >= 0; byte_read = $fgetc(file)) $write("%c", byte_read);
  end
endmodule
