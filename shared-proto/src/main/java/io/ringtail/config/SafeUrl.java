package io.ringtail.config;

import java.util.regex.Pattern;

/** URLs as they may be shown: without what could be a secret. */
public final class SafeUrl {
  private static final Pattern USER_INFO = Pattern.compile("//[^/?#\\s]*@");
  private static final Pattern QUERY = Pattern.compile("\\?\\S*");

  private SafeUrl() {}

  /** The URL with user info and query masked. */
  public static String of(String url) {
    return QUERY.matcher(withoutUserInfo(url)).replaceAll("?****");
  }

  /** A text with the user info of URLs in it masked. */
  static String withoutUserInfo(String text) {
    return USER_INFO.matcher(text).replaceAll("//****@");
  }
}
