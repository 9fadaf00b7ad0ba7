const number = (n: number) => new Intl.NumberFormat("en").format(n);

/** What a child earns beside points. */
export const badges = {
  title: "Badges",
  earned: (n: number, of: number) => `${number(n)} of ${number(of)} earned`,
  progress: (value: number, threshold: number) => `${number(value)} of ${number(threshold)}`,
  awardedOn: (day: string) => `Earned on ${day}`,
  certificate: "Open the certificate",
  certificateOf: (name: string) => `Open the certificate “${name}” in a new tab`,
};
