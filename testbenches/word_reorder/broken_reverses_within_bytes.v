// Broken: bits are reversed inside each byte; the bytes themselves stay where they are.
module word_reorder (
    input  wire [15:0] word,
    output wire [15:0] bits_reversed,
    output wire [15:0] nibbles_reversed,
    output wire [15:0] bytes_swapped
);

  genvar i;
  generate
    for (i = 0; i < 8; i = i + 1) begin : g_reverse
      assign bits_reversed[i]   = word[7-i];
      assign bits_reversed[8+i] = word[15-i];
    end
  endgenerate

  assign nibbles_reversed = {word[3:0], word[7:4], word[11:8], word[15:12]};
  assign bytes_swapped    = {word[7:0], word[15:8]};

endmodule
