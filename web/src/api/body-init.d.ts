/** Declares a browser type that Node's type definitions lack. */
type BodyInit = NonNullable<RequestInit['body']>;
