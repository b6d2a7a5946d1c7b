package dev.brood.workers.channel;

/**
 * The bytes that begin a value, from V8's value serializer, and the numbers that Node adds for the
 * messages of child processes.
 */
final class V8Tag {
  /** Every message begins with this byte and the version of the format. */
  static final int VERSION = 0xff;

  static final int WRITTEN_VERSION = 15;
  static final int OLDEST_VERSION = 13;

  static final int PADDING = 0;
  static final int UNDEFINED = '_';
  static final int NULL = '0';
  static final int TRUE = 'T';
  static final int FALSE = 'F';
  static final int INT32 = 'I';
  static final int UINT32 = 'U';
  static final int DOUBLE = 'N';
  static final int BIG_INT = 'Z';
  static final int LATIN1_STRING = '"';
  static final int TWO_BYTE_STRING = 'c';
  static final int UTF8_STRING = 'S';
  static final int OBJECT = 'o';
  static final int OBJECT_END = '{';
  static final int DENSE_ARRAY = 'A';
  static final int DENSE_ARRAY_END = '$';
  static final int SPARSE_ARRAY = 'a';
  static final int SPARSE_ARRAY_END = '@';
  static final int HOLE = '-';
  static final int DATE = 'D';
  static final int MAP = ';';
  static final int MAP_END = ':';
  static final int SET = '\'';
  static final int SET_END = ',';
  static final int ARRAY_BUFFER = 'B';
  static final int RESIZABLE_ARRAY_BUFFER = '~';
  static final int HOST_OBJECT = '\\';
  static final int REG_EXP = 'R';
  static final int ERROR = 'r';
  static final int ERROR_MESSAGE = 'm';
  static final int ERROR_STACK = 's';
  static final int ERROR_CAUSE = 'c';
  static final int ERROR_END = '.';
  static final int BOXED_TRUE = 'y';
  static final int BOXED_FALSE = 'x';
  static final int BOXED_NUMBER = 'n';
  static final int BOXED_BIG_INT = 'z';
  static final int BOXED_STRING = 's';
  static final int REFERENCE = '^';
  static final int OBJECT_COUNT = '?';

  /** After {@link #HOST_OBJECT}: a view of bytes, with one of the numbers below. */
  static final int HOST_VIEW = 0;

  /** After {@link #HOST_OBJECT}: a value that holds the properties. */
  static final int HOST_PROPERTIES = 1;

  static final int VIEW_INT8 = 0;
  static final int VIEW_UINT8 = 1;
  static final int VIEW_UINT8_CLAMPED = 2;
  static final int VIEW_INT16 = 3;
  static final int VIEW_UINT16 = 4;
  static final int VIEW_INT32 = 5;
  static final int VIEW_UINT32 = 6;
  static final int VIEW_FLOAT32 = 7;
  static final int VIEW_FLOAT64 = 8;
  static final int VIEW_DATA = 9;
  static final int VIEW_BUFFER = 10;
  static final int VIEW_BIG_INT64 = 11;
  static final int VIEW_BIG_UINT64 = 12;

  private V8Tag() {}
}
