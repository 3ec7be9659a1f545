;; Finds the ends of cells, 64 bytes at a time: the part of RowScanner.scan that nearly all of a file goes through.
;; It stops at whatever is not plain, with its state as it was before that byte, and leaves it to RowScanner.
(module
  (import "host" "memory" (memory 1))

  ;; Memory, in bytes:
  ;;    0  at        4  k          8  cellStart   12  rowStart   16  rows
  ;;   32  columns  36  capacity  40  mostBytes   44  delimiter  48  quote   52  comment (-1: none)
  ;;   56  escapes are doubled quotes (0: leave quoted cells to the host)
  ;; 1024  bounds, an i32 each
  ;;  $text  the text, with 64 bytes of padding
  (func (export "scan") (param $text i32) (param $to i32)
    (local $k i32) (local $cellStart i32) (local $rowStart i32) (local $rows i32)
    (local $columns i32) (local $capacity i32) (local $mostBytes i32) (local $delimiter i32) (local $quote i32) (local $comment i32)
    (local $base i32) (local $plainEnd i32) (local $p i32) (local $q i32) (local $next i32) (local $byte i32) (local $address i32)
    (local $mask i64)
    (local $delimiters v128) (local $quotes v128)

    (local.set $p (i32.load offset=0 (i32.const 0)))
    (local.set $k (i32.load offset=4 (i32.const 0)))
    (local.set $cellStart (i32.load offset=8 (i32.const 0)))
    (local.set $rowStart (i32.load offset=12 (i32.const 0)))
    (local.set $rows (i32.load offset=16 (i32.const 0)))
    (local.set $columns (i32.load offset=32 (i32.const 0)))
    (local.set $capacity (i32.load offset=36 (i32.const 0)))
    (local.set $mostBytes (i32.load offset=40 (i32.const 0)))
    (local.set $delimiter (i32.load offset=44 (i32.const 0)))
    (local.set $quote (i32.load offset=48 (i32.const 0)))
    (local.set $comment (i32.load offset=52 (i32.const 0)))
    (local.set $delimiters (i8x16.splat (local.get $delimiter)))
    (local.set $quotes (i8x16.splat (local.get $quote)))
    (local.set $base (i32.mul (local.get $rows) (i32.add (local.get $columns) (i32.const 1))))
    (local.set $plainEnd (i32.sub (i32.add (local.get $base) (local.get $columns)) (i32.const 1)))

    (block $exit ;; with $p as the place to go on from
      (loop $chunks
        (if (i32.ge_u (local.get $p) (local.get $to))
          (then
            (local.set $p (local.get $to))
            (br $exit)))
        (local.set $address (i32.add (local.get $text) (local.get $p)))
        (local.set $mask
          (i64.or
            (i64.or
              (i64.extend_i32_u (call $specials (v128.load align=1 (local.get $address)) (local.get $delimiters) (local.get $quotes)))
              (i64.shl
                (i64.extend_i32_u (call $specials (v128.load offset=16 align=1 (local.get $address)) (local.get $delimiters) (local.get $quotes)))
                (i64.const 16)))
            (i64.or
              (i64.shl
                (i64.extend_i32_u (call $specials (v128.load offset=32 align=1 (local.get $address)) (local.get $delimiters) (local.get $quotes)))
                (i64.const 32))
              (i64.shl
                (i64.extend_i32_u (call $specials (v128.load offset=48 align=1 (local.get $address)) (local.get $delimiters) (local.get $quotes)))
                (i64.const 48)))))
        ;; Bytes past the text mean nothing.
        (local.set $q (i32.sub (local.get $to) (local.get $p)))
        (if (i32.lt_u (local.get $q) (i32.const 64))
          (then
            (local.set $mask
              (i64.and (local.get $mask) (i64.sub (i64.shl (i64.const 1) (i64.extend_i32_u (local.get $q))) (i64.const 1))))))

        (block $chunkDone
          (loop $bits
            (br_if $chunkDone (i64.eqz (local.get $mask)))
            (local.set $q (i32.add (local.get $p) (i32.wrap_i64 (i64.ctz (local.get $mask)))))
            (local.set $byte (i32.load8_u (i32.add (local.get $text) (local.get $q))))

            (if (i32.eq (local.get $byte) (local.get $delimiter))
              (then
                (if (i32.ge_s (local.get $k) (local.get $plainEnd))
                  (then
                    (local.set $p (local.get $q))
                    (br $exit)))
                (local.set $k (i32.add (local.get $k) (i32.const 1)))
                (i32.store offset=1024 (i32.shl (local.get $k) (i32.const 2)) (local.get $q))
                (local.set $cellStart (i32.add (local.get $q) (i32.const 1)))
                (local.set $mask (i64.and (local.get $mask) (i64.sub (local.get $mask) (i64.const 1))))
                (br $bits)))

            (if (i32.eq (local.get $byte) (local.get $quote))
              (then
                (if (i32.or
                      (i32.ne (local.get $q) (local.get $cellStart))
                      (i32.eqz (i32.load offset=56 (i32.const 0))))
                  (then
                    (local.set $p (local.get $q))
                    (br $exit)))
                (local.set $next (call $closing (local.get $text) (local.get $q) (local.get $to) (local.get $quote) (local.get $delimiter)))
                (if (i32.eqz (local.get $next))
                  (then
                    (local.set $p (local.get $q))
                    (br $exit)))
                (local.set $p (local.get $next))
                (br $chunks)))

            ;; A line end.
            (local.set $next (i32.add (local.get $q) (i32.const 1)))
            (if (i32.or
                  (i32.ne (local.get $k) (local.get $plainEnd))
                  (i32.gt_s (i32.sub (local.get $q) (local.get $rowStart)) (local.get $mostBytes)))
              (then
                (local.set $p (local.get $q))
                (br $exit)))
            (if (i32.eq (local.get $byte) (i32.const 13))
              (then
                (if (i32.ge_u (local.get $next) (local.get $to))
                  (then
                    (local.set $p (local.get $q))
                    (br $exit)))
                (if (i32.eq (i32.load8_u (i32.add (local.get $text) (local.get $next))) (i32.const 10))
                  (then (local.set $next (i32.add (local.get $next) (i32.const 1)))))))
            ;; A blank line is a row where there is one column, which is for the host to say.
            (if (i32.eq (local.get $q) (local.get $rowStart))
              (then
                (local.set $p (local.get $q))
                (br $exit)))
            (local.set $k (i32.add (local.get $k) (i32.const 1)))
            (i32.store offset=1024 (i32.shl (local.get $k) (i32.const 2)) (local.get $q))
            (local.set $rows (i32.add (local.get $rows) (i32.const 1)))
            (local.set $base (i32.add (local.get $k) (i32.const 1)))
            (local.set $plainEnd (i32.sub (i32.add (local.get $base) (local.get $columns)) (i32.const 1)))
            (local.set $k (local.get $base))
            (i32.store offset=1024 (i32.shl (local.get $k) (i32.const 2)) (i32.sub (local.get $next) (i32.const 1)))
            (local.set $rowStart (local.get $next))
            (local.set $cellStart (local.get $next))
            (if (i32.or
                  (i32.eq (local.get $rows) (local.get $capacity))
                  (i32.eq (i32.load8_u (i32.add (local.get $text) (local.get $next))) (local.get $comment)))
              (then
                (local.set $p (local.get $next))
                (br $exit)))
            (if (i32.eq (local.get $byte) (i32.const 13))
              (then
                (local.set $p (local.get $next))
                (br $chunks)))
            (local.set $mask (i64.and (local.get $mask) (i64.sub (local.get $mask) (i64.const 1))))
            (br $bits)))
        (local.set $p (i32.add (local.get $p) (i32.const 64)))
        (br $chunks)))

    (i32.store offset=0 (i32.const 0) (local.get $p))
    (i32.store offset=4 (i32.const 0) (local.get $k))
    (i32.store offset=8 (i32.const 0) (local.get $cellStart))
    (i32.store offset=12 (i32.const 0) (local.get $rowStart))
    (i32.store offset=16 (i32.const 0) (local.get $rows)))

  ;; Which of 16 bytes are delimiters, quotes or line ends.
  (func $specials (param $block v128) (param $delimiters v128) (param $quotes v128) (result i32)
    (i8x16.bitmask
      (v128.or
        (v128.or
          (i8x16.eq (local.get $block) (local.get $delimiters))
          (i8x16.eq (local.get $block) (local.get $quotes)))
        (v128.or
          (i8x16.eq (local.get $block) (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10))
          (i8x16.eq (local.get $block) (v128.const i8x16 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13))))))

  ;; The place after the closing quote of the cell at $at; 0 where that is not plain: a line end within, something else
  ;; after the quote, or the end of the text before.
  (func $closing (param $text i32) (param $at i32) (param $to i32) (param $quote i32) (param $delimiter i32) (result i32)
    (local $byte i32)
    (loop $bytes
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (if (i32.ge_u (local.get $at) (local.get $to))
        (then (return (i32.const 0))))
      (local.set $byte (i32.load8_u (i32.add (local.get $text) (local.get $at))))
      (if (i32.eq (local.get $byte) (local.get $quote))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (if (i32.ge_u (local.get $at) (local.get $to))
            (then (return (i32.const 0))))
          (local.set $byte (i32.load8_u (i32.add (local.get $text) (local.get $at))))
          (br_if $bytes (i32.eq (local.get $byte) (local.get $quote)))
          (if (i32.or
                (i32.eq (local.get $byte) (local.get $delimiter))
                (i32.or (i32.eq (local.get $byte) (i32.const 10)) (i32.eq (local.get $byte) (i32.const 13))))
            (then (return (local.get $at))))
          (return (i32.const 0))))
      (br_if $bytes (i32.and (i32.ne (local.get $byte) (i32.const 10)) (i32.ne (local.get $byte) (i32.const 13)))))
    (i32.const 0)))
