import { Injectable } from '@nestjs/common';

/** How many processes admit calls, as far as Redis has told; while it is away, what it told last. */
@Injectable()
export class Replicas {
	count = 1;
}
