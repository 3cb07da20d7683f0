// Broken: empty looks at the write pointer without its synchronizer.
module async_fifo #(
    parameter WIDTH      = 8,
    parameter ADDR_WIDTH = 3
) (
    input  wire             wr_clk,
    input  wire             wr_rst_n,
    input  wire             wr_en,
    input  wire [WIDTH-1:0] wr_data,
    output wire             full,
    input  wire             rd_clk,
    input  wire             rd_rst_n,
    input  wire             rd_en,
    output wire [WIDTH-1:0] rd_data,
    output wire             empty
);

    reg [WIDTH-1:0] memory [0:(1 << ADDR_WIDTH)-1];

    // Each side: its pointer, and the pointer of the other side as far as it knows it.
    reg [ADDR_WIDTH:0] wr_bin, wr_gray, rd_gray_meta, rd_gray_sync;
    reg [ADDR_WIDTH:0] rd_bin, rd_gray, wr_gray_meta, wr_gray_sync;

    // Write side.
    wire [ADDR_WIDTH:0] wr_next = wr_bin + 1'b1;
    wire                write   = wr_en && !full;

    assign full = wr_gray == {~rd_gray_sync[ADDR_WIDTH:ADDR_WIDTH-1],
                              rd_gray_sync[ADDR_WIDTH-2:0]};

    always @(posedge wr_clk or negedge wr_rst_n) begin
        if (!wr_rst_n) begin
            wr_bin       <= 0;
            wr_gray      <= 0;
            rd_gray_meta <= 0;
            rd_gray_sync <= 0;
        end else begin
            rd_gray_meta <= rd_gray;
            rd_gray_sync <= rd_gray_meta;
            if (write) begin
                wr_bin  <= wr_next;
                wr_gray <= wr_next ^ (wr_next >> 1);
            end
        end
    end

    always @(posedge wr_clk) begin
        if (write && wr_rst_n)
            memory[wr_bin[ADDR_WIDTH-1:0]] <= wr_data;
    end

    // Read side.
    wire [ADDR_WIDTH:0] rd_next = rd_bin + 1'b1;

    assign empty   = rd_gray == wr_gray;
    assign rd_data = memory[rd_bin[ADDR_WIDTH-1:0]];

    always @(posedge rd_clk or negedge rd_rst_n) begin
        if (!rd_rst_n) begin
            rd_bin       <= 0;
            rd_gray      <= 0;
            wr_gray_meta <= 0;
            wr_gray_sync <= 0;
        end else begin
            wr_gray_meta <= wr_gray;
            wr_gray_sync <= wr_gray_meta;
            if (rd_en && !empty) begin
                rd_bin  <= rd_next;
                rd_gray <= rd_next ^ (rd_next >> 1);
            end
        end
    end

endmodule
