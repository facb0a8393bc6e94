/** Node's types lack the name that browsers' have for it. */
type BodyInit = NonNullable<RequestInit['body']>;
