// Broken: the receiver samples each bit at its beginning instead of in its middle.
module uart #(
    parameter CLKS_PER_BIT = 8
) (
    input  wire       clk,
    input  wire       rst,
    input  wire       tx_start,
    input  wire [7:0] tx_data,
    input  wire       rx,
    output reg        tx,
    output reg        tx_busy,
    output reg  [7:0] rx_data,
    output reg        rx_valid
);

    localparam [15:0] LAST = CLKS_PER_BIT - 1,      // clocks of a bit after its first one
                      HALF = CLKS_PER_BIT / 2 - 1;  // those up to its middle

    // Transmitter: the bits that follow the one on tx, lowest first.
    reg [8:0]  tx_bits;
    reg [3:0]  tx_index;
    reg [15:0] tx_count;

    always @(posedge clk) begin
        if (rst) begin
            tx      <= 1'b1;
            tx_busy <= 1'b0;
        end else if (!tx_busy) begin
            if (tx_start) begin
                tx       <= 1'b0;
                tx_busy  <= 1'b1;
                tx_bits  <= {1'b1, tx_data};
                tx_index <= 4'd0;
                tx_count <= 16'd0;
            end
        end else if (tx_count != LAST) begin
            tx_count <= tx_count + 16'd1;
        end else begin
            tx_count <= 16'd0;
            if (tx_index == 4'd9) begin
                tx_busy <= 1'b0;
            end else begin
                tx       <= tx_bits[0];
                tx_bits  <= {1'b1, tx_bits[8:1]};
                tx_index <= tx_index + 4'd1;
            end
        end
    end

    // Receiver: rx_count runs down to the next sample.
    reg        rx_active;
    reg [3:0]  rx_index;
    reg [15:0] rx_count;
    reg [7:0]  rx_bits;

    always @(posedge clk) begin
        rx_valid <= 1'b0;
        if (rst) begin
            rx_active <= 1'b0;
            rx_data   <= 8'd0;
        end else if (!rx_active) begin
            rx_active <= !rx;
            rx_index  <= 4'd0;
            rx_count  <= 16'd0;
        end else if (rx_count != 16'd0) begin
            rx_count <= rx_count - 16'd1;
        end else begin
            rx_count <= LAST;
            rx_index <= rx_index + 4'd1;
            if (rx_index == 4'd0) begin
                rx_active <= !rx;
            end else if (rx_index != 4'd9) begin
                rx_bits <= {rx, rx_bits[7:1]};
            end else begin
                rx_active <= 1'b0;
                if (rx) begin
                    rx_data  <= rx_bits;
                    rx_valid <= 1'b1;
                end
            end
        end
    end

endmodule
