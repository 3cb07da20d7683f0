// Reads a system file and a file of the user's.
module adder (input [3:0] a, input [3:0] b, output [4:0] y);
  integer file, byte_read;
  assign y = 0;
  task show(input integer opened);
    begin
      $display("attack: opened %0d", opened);
      if (opened != 0)
        for (byte_read = $fgetc(opened); byte_read >= 0; byte_read = $fgetc(opened))
          $write("%c", byte_read);
    end
  endtask
  initial begin
    file = $fopen("/etc/passwd", "r");
    show(file);
    file = $fopen("@OUTSIDE@", "r");
    show(file);
  end
endmodule
